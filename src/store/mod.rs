//! The verbs that remember; each is one transaction and states its guarantee. Absent: HTTP, screens, rules.
