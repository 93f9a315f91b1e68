//! Lifecycles, guards, automation: what may follow. Absent: I/O, the clock, chance.
