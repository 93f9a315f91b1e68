//! Two things to know about a mailbox: does its host give boxes to anybody, and is it a desk's and not a
//! person's? Intake warns by them and matching weighs by them, so the tables are here, between the two.

use rustc_hash::FxHashSet;
use std::sync::LazyLock;

static FREE: LazyLock<FxHashSet<&str>> = LazyLock::new(|| lines(include_str!("../../assets/free_mail.txt")));
static ROLES: LazyLock<FxHashSet<&str>> = LazyLock::new(|| lines(include_str!("../../assets/role_mailboxes.txt")));

fn lines(table: &'static str) -> FxHashSet<&'static str> {
    table.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).collect()
}

/// Anybody can have a box at `host` (`gmail.com`), so it says nothing about an employer. `host` is in lower case.
pub fn is_free_mail(host: &str) -> bool {
    FREE.contains(host)
}

/// `local`, the part before the `@` in lower case, names a desk: `info`, `sales`, `no-reply`. A country or
/// branch tail does not change that: `sales.uk`, `info-berlin`.
///
/// ```
/// use leadloom::domain::is_role_mailbox;
/// assert!(is_role_mailbox("info") && is_role_mailbox("sales.uk"));
/// assert!(!is_role_mailbox("ann.stone"));
/// ```
pub fn is_role_mailbox(local: &str) -> bool {
    let plain = local.split('+').next().unwrap_or_default().trim_end_matches(|c: char| c.is_ascii_digit());
    if ROLES.contains(plain) || ROLES.contains(local) {
        return true;
    }
    // `it.smith` and `mail.order` differ only by sense, so a head counts when its tail is short, as regions are.
    plain.split_once(['.', '-', '_']).is_some_and(|(head, tail)| {
        head.len() > 3 && ROLES.contains(head) && (tail.len() <= 3 || ROLES.contains(tail))
            || head.len() <= 3 && ROLES.contains(tail) && tail.len() > 3
            || matches!(head, "info" | "sales" | "office" | "contact" | "support" | "kontakt")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn desks_are_told_from_people() {
        for desk in ["info", "info2", "sales", "no-reply", "sales.uk", "uk-sales", "info-berlin", "accounts.payable"] {
            assert!(is_role_mailbox(desk), "{desk}");
        }
        for person in ["ann", "ann.stone", "it.smith", "mark.sales-smith", "astone2", "hr.muller", ""] {
            assert!(!is_role_mailbox(person), "{person}");
        }
    }

    #[test]
    fn free_hosts_are_known() {
        assert!(is_free_mail("gmail.com") && is_free_mail("web.de"));
        assert!(!is_free_mail("corp.example") && !is_free_mail(""));
    }
}
