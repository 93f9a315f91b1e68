//! HaloPSA: auth, client, wire models, and what maps to them. Only this room knows Halo's names.
