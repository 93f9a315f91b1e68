//! Logs: a file for each day, and the ring that the log screen reads. Both get the same masked, printable
//! entries from one layer. Absent: personal data and secrets, and any network exporter.

mod files;
mod mask;
mod ring;

pub use files::{Follower, Wanted};
pub use mask::{is_secret_name, mask};
pub use ring::{Entry, RING_ENTRIES, Ring};
pub use tracing::Level;

use crate::domain::{Clock, Text};
use std::{fmt, io::Write as _, path::PathBuf, sync::Arc};
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
    span,
};
use tracing_appender::{non_blocking, rolling};
use tracing_subscriber::{
    EnvFilter, Layer,
    layer::{Context, SubscriberExt as _},
    registry::LookupSpan,
    util::SubscriberInitExt as _,
};

/// A sentence longer than that is cut: one runaway body must not push everything else out of the ring.
const MESSAGE_CHARS: usize = 2_000;
/// The same for one field.
const FIELD_CHARS: usize = 500;
/// Lines waiting for the disk; when they are full, new ones are dropped and counted rather than slowing work.
const FILE_LINES: usize = 16_384;

/// How the daily files' names end.
const FILE_ENDING: &str = "log";

/// Where logs go.
#[derive(Clone, Debug)]
pub struct Options {
    /// The folder of the daily files; none keeps logs in memory only.
    pub folder: Option<PathBuf>,
    /// How many days' files stay.
    pub days: usize,
    /// What is logged, in `tracing`'s directive form: `info,leadloom::sync=debug`.
    pub filter: String,
    /// Entries kept in memory.
    pub ring: usize,
    /// Also to standard error, from that level on; for commands, never for the console.
    pub stderr: Option<Level>,
}

impl Default for Options {
    fn default() -> Self {
        Self { folder: None, days: 14, filter: "info".to_owned(), ring: RING_ENTRIES, stderr: None }
    }
}

/// Why logging could not start.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The filter is not in the directive form.
    #[error("the log filter {given:?} cannot be read ({reason}); write for example \"info\" or \"info,leadloom::sync=debug\"")]
    Filter {
        /// What was given.
        given: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The folder cannot be used.
    #[error("log files cannot be written in {}: {reason}; choose another folder or free it", folder.display())]
    Folder {
        /// Which.
        folder: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// Something else in this process already collects logs.
    #[error("logging was started twice in one process")]
    Twice,
}

/// Running logs. Dropping it writes out what still waits for the disk.
#[derive(Debug)]
pub struct Telemetry {
    /// The newest entries.
    pub ring: Ring,
    _flush_on_drop: Option<non_blocking::WorkerGuard>,
}

/// Starts logging for the whole process.
pub fn start(options: &Options, clock: Arc<dyn Clock>) -> Result<Telemetry, TelemetryError> {
    let filter = EnvFilter::try_new(&options.filter)
        .map_err(|error| TelemetryError::Filter { given: options.filter.clone(), reason: error.to_string() })?;
    let (layer, telemetry) = layer(options, clock)?;
    tracing_subscriber::registry().with(filter).with(layer).try_init().map_err(|_| TelemetryError::Twice)?;
    Ok(telemetry)
}

/// The collecting layer alone, for a subscriber that is put together elsewhere (tests run many at a time).
pub fn layer<S>(options: &Options, clock: Arc<dyn Clock>) -> Result<(impl Layer<S> + use<S>, Telemetry), TelemetryError>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    let ring = Ring::new(options.ring);
    let (file, guard) = match &options.folder {
        Some(folder) => {
            let refused = |reason: String| TelemetryError::Folder { folder: folder.clone(), reason };
            create_private(folder).map_err(|error| refused(error.to_string()))?;
            let daily = rolling::Builder::new()
                .rotation(rolling::Rotation::DAILY)
                .filename_prefix("leadloom")
                .filename_suffix(FILE_ENDING)
                .max_log_files(options.days.max(1))
                .build(folder)
                .map_err(|error| refused(error.to_string()))?;
            let (file, guard) =
                non_blocking::NonBlockingBuilder::default().buffered_lines_limit(FILE_LINES).lossy(true).thread_name("log").finish(daily);
            (Some(file), Some(guard))
        }
        None => (None, None),
    };
    let layer = Collector { ring: ring.clone(), file, stderr: options.stderr, clock };
    Ok((layer, Telemetry { ring, _flush_on_drop: guard }))
}

/// Logs name records and hosts: nobody else on the machine needs to read them.
fn create_private(folder: &std::path::Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

struct Collector {
    ring: Ring,
    file: Option<non_blocking::NonBlocking>,
    stderr: Option<Level>,
    clock: Arc<dyn Clock>,
}

/// A span's fields, kept beside it until it closes.
#[derive(Default)]
struct SpanFields(Vec<(&'static str, Text)>);

impl<S> Layer<S> for Collector
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn on_new_span(&self, attributes: &span::Attributes<'_>, id: &span::Id, context: Context<'_, S>) {
        let mut seen = Fields::default();
        attributes.record(&mut seen);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(SpanFields(seen.fields));
        }
    }

    fn on_record(&self, id: &span::Id, values: &span::Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let mut seen = Fields::default();
        values.record(&mut seen);
        if let Some(known) = span.extensions_mut().get_mut::<SpanFields>() {
            known.0.retain(|(name, _)| seen.fields.iter().all(|(new, _)| new != name));
            known.0.append(&mut seen.fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut seen = Fields::default();
        event.record(&mut seen);
        for span in context.event_scope(event).into_iter().flatten() {
            if let Some(SpanFields(fields)) = span.extensions().get() {
                for field in fields {
                    if seen.fields.iter().all(|(name, _)| *name != field.0) {
                        seen.fields.push(field.clone());
                    }
                }
            }
        }
        let target = event.metadata().target();
        let entry = self.ring.push(Entry {
            seq: 0,
            at: self.clock.now(),
            level: *event.metadata().level(),
            target: Text::new(target.strip_prefix("leadloom::").unwrap_or(target)),
            message: seen.message,
            fields: seen.fields,
        });
        if let Some(file) = &self.file {
            // Lossy by choice: a full disk or a full queue must not stop work, and has no better place to complain.
            let _dropped_when_full = file.clone().write_all(format!("{entry}\n").as_bytes());
        }
        if self.stderr.is_some_and(|least| entry.level <= least) {
            let _nobody_reads_it = writeln!(std::io::stderr(), "{entry}");
        }
    }
}

/// Reads an event's or a span's values, masks them and makes them printable.
#[derive(Default)]
struct Fields {
    message: Text,
    fields: Vec<(&'static str, Text)>,
}

impl Fields {
    fn keep(&mut self, field: &Field, value: &str) {
        // Printable first, masked second: the other way round a mask could complete a torn escape sequence.
        let clean = |limit| Text::from(mask(&Text::new(value)).into_owned()).truncated(limit);
        if field.name() == "message" {
            self.message = clean(MESSAGE_CHARS);
        } else if is_secret_name(field.name()) {
            self.fields.push((field.name(), Text::new("****")));
        } else if !field.name().starts_with("log.") {
            self.fields.push((field.name(), clean(FIELD_CHARS)));
        }
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.keep(field, &format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.keep(field, value);
    }

    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        self.keep(field, &value.to_string());
    }
}

/// The newest lines as text, oldest first: what a crash file may hold.
pub fn last_lines(ring: &Ring, lines: usize) -> String {
    ring.after(0, lines).iter().fold(String::new(), |text, entry| text + &entry.to_string() + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;
    use tracing::{info, info_span, warn};

    struct Noon;
    impl Clock for Noon {
        fn now(&self) -> Timestamp {
            Timestamp::parse("2026-10-03T12:00:00").unwrap()
        }
    }

    fn collected(options: &Options, work: impl FnOnce()) -> Ring {
        let (layer, telemetry) = layer(options, Arc::new(Noon)).unwrap();
        let ring = telemetry.ring.clone();
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), work);
        ring
    }

    #[test]
    fn entries_carry_their_spans_fields_and_no_personal_data() {
        let ring = collected(&Options::default(), || {
            let _run = info_span!("run", run = 8842, page = tracing::field::Empty).entered();
            tracing::Span::current().record("page", 3);
            warn!(record = 48112, api_key = "s3cr3t", "wrote \u{1b}[31mann@corp.example");
        });
        let lines = last_lines(&ring, 10);
        assert_eq!(
            lines,
            "2026-10-03T12:00:00.000Z WARN  telemetry::tests wrote ****@corp.example record=48112 api_key=**** run=8842 page=3\n"
        );
    }

    #[test]
    fn the_file_holds_the_same_lines_once_the_guard_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let options = Options { folder: Some(folder.path().join("logs")), ..Options::default() };
        let ring = collected(&options, || (0..100).for_each(|n| info!(n, "line")));
        let file = std::fs::read_dir(folder.path().join("logs")).unwrap().next().unwrap().unwrap();
        assert_eq!(std::fs::read_to_string(file.path()).unwrap(), last_lines(&ring, 1000));
    }

    #[test]
    fn a_bad_filter_is_named() {
        let error = start(&Options { filter: "leadloom=loud".into(), ..Options::default() }, Arc::new(Noon)).unwrap_err();
        assert!(error.to_string().contains("leadloom=loud"), "{error}");
    }
}
