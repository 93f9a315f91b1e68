//! Who is who: normal forms, blocking keys, comparison levels, bits, clusters, survivorship. Absent: I/O, the clock, chance.
