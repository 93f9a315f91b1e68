//! Which folders and files are used. Absent: making any of them.

use super::{environment::Environment, load::Overrides};
use directories::ProjectDirs;
use std::path::{Path, PathBuf};

/// The main file's name.
pub(super) const MAIN: &str = "leadloom.toml";

/// Where things are.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Paths {
    /// `leadloom.toml`, `workflows.toml`, `mappings/`, `themes/`.
    pub config_dir: PathBuf,
    /// The main file; it need not exist.
    pub config_file: PathBuf,
    /// The database and what belongs to it.
    pub data_dir: PathBuf,
    /// Log files.
    pub log_dir: PathBuf,
    /// The database.
    pub database: PathBuf,
}

/// No folder to use.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("this user has no home folder; set LEADLOOM_HOME to a folder for configuration, data and logs")]
pub struct NoHome;

impl Paths {
    /// A file in the configuration folder.
    pub fn config(&self, name: &str) -> PathBuf {
        self.config_dir.join(name)
    }

    /// One folder for everything (`--home`, `LEADLOOM_HOME`), or what the platform uses for each kind of file; and the
    /// main file where it was named (`--config`, `LEADLOOM_CONFIG`), with its neighbours.
    pub(super) fn find(environment: &Environment, overrides: &Overrides) -> Result<Self, NoHome> {
        let absolute = |path: &Path| environment.folder.join(path);
        let given = |flag: &Option<PathBuf>, name: &str| {
            flag.clone().or_else(|| environment.get(name).map(PathBuf::from)).map(|path| absolute(&path))
        };
        let mut paths = match given(&overrides.home, "LEADLOOM_HOME") {
            Some(home) => Self::in_one(&home),
            None => Self::of_platform().ok_or(NoHome)?,
        };
        if let Some(file) = given(&overrides.config, "LEADLOOM_CONFIG") {
            paths.config_dir = file.parent().map(Path::to_owned).unwrap_or_default();
            paths.config_file = file;
        }
        Ok(paths)
    }

    /// Everything in one folder: settings at its top, `data/` and `logs/` in it.
    pub fn in_one(home: &Path) -> Self {
        let data_dir = home.join("data");
        Self {
            config_dir: home.to_owned(),
            config_file: home.join(MAIN),
            log_dir: home.join("logs"),
            database: data_dir.join("database.db"),
            data_dir,
        }
    }

    fn of_platform() -> Option<Self> {
        let dirs = ProjectDirs::from("", "", "leadloom")?;
        let data_dir = dirs.data_local_dir().to_owned();
        Some(Self {
            config_dir: dirs.config_dir().to_owned(),
            config_file: dirs.config_dir().join(MAIN),
            // Only Linux has a folder for what is neither settings nor data.
            log_dir: dirs.state_dir().map_or_else(|| data_dir.join("logs"), |state| state.join("logs")),
            database: data_dir.join("database.db"),
            data_dir,
        })
    }
}
