//! What kind of mailbox an address is: a provider's free one, or a role's that several people read. Whether a
//! mailbox exists is not asked here.

use std::{collections::HashSet, sync::LazyLock};

static FREE_MAIL: LazyLock<HashSet<&str>> = LazyLock::new(|| lines(include_str!("../../assets/free_mail.txt")));
static ROLES: LazyLock<HashSet<&str>> = LazyLock::new(|| lines(include_str!("../../assets/role_mailboxes.txt")));

fn lines(table: &'static str) -> HashSet<&'static str> {
    table.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
}

/// Anybody can have an address at `domain` (lower case), so it says nothing about an employer.
pub fn is_free_mail(domain: &str) -> bool {
    FREE_MAIL.contains(domain)
}

/// `local` (lower case, before the `@`) names a function, not a person: `info`, `sales`, `info-uk`, `support2`.
pub fn is_role_mailbox(local: &str) -> bool {
    let head = local.split(['.', '-', '_', '+']).next().unwrap_or_default();
    let word = head.trim_end_matches(|c: char| c.is_ascii_digit());
    ROLES.contains(local) || (ROLES.contains(word) && (head.len() == local.len() || local.len() - head.len() <= 4))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_and_free_mail_are_told_from_people_and_firms() {
        for role in ["info", "sales", "info-uk", "support2", "no-reply", "office.de"] {
            assert!(is_role_mailbox(role), "{role}");
        }
        for person in ["ann.stone", "sales.hunter-jones", "infante", "mira", "it.manager.bob"] {
            assert!(!is_role_mailbox(person), "{person}");
        }
        assert!(is_free_mail("gmail.com") && !is_free_mail("corp.example"));
    }
}
