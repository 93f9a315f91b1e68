//! The command line: one file a subcommand. Data goes to stdout, talk to stderr.
