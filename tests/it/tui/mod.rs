//! The console through its own front door: keys in, screens out. Nothing here sleeps, and no terminal is needed but in
//! `pty`.

mod acts;
mod bytes;
mod flows;
#[cfg(unix)]
mod hostile;
mod keymap;
#[cfg(unix)]
mod pty;
mod real;
mod robust;
mod screens;
#[cfg(unix)]
mod terminal;
mod world;

use leadloom::tui::testing::{Console, Setup};
use std::sync::Arc;
use world::World;

/// A console over `world`, settled.
async fn console(world: &Arc<World>, setup: Setup) -> Console {
    let mut console = Console::new(world.clone(), setup);
    console.idle().await;
    console
}
