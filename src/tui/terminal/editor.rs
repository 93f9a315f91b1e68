//! The person's own editor for a note: `$VISUAL`, `$EDITOR`, else `vi`. The text lies in a private file meanwhile,
//! which is gone afterwards.

use std::{
    env, fs,
    io::{self, Write as _},
};
use tokio::process::Command;

/// Longest text taken back.
const EDITED_BYTES: u64 = 200_000;

/// Lets the person edit `text`. `None` when the editor said no, or nothing changed. The terminal must have been given
/// back before.
pub async fn edit(text: &str) -> io::Result<Option<String>> {
    let mut file = tempfile::Builder::new().prefix("leadloom-").suffix(".txt").tempfile()?;
    file.write_all(text.as_bytes())?;
    file.flush()?;
    let program = ["VISUAL", "EDITOR"]
        .iter()
        .find_map(|name| env::var(name).ok().filter(|value| !value.trim().is_empty()))
        .unwrap_or_else(|| "vi".to_owned());
    // Editors are configured with arguments ("code --wait"), so the shell takes it apart; the path is an argument.
    let status = Command::new("sh").arg("-c").arg(format!("{program} \"$1\"")).arg("sh").arg(file.path()).status().await?;
    if !status.success() {
        return Ok(None);
    }
    if fs::metadata(file.path())?.len() > EDITED_BYTES {
        return Err(io::Error::other("the text has become too long for a note"));
    }
    let edited = fs::read_to_string(file.path())?;
    Ok((edited.trim_end() != text.trim_end()).then_some(edited))
}
