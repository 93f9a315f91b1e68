//! The faces of golden contacts: what lists show. The golden record is computed from members elsewhere.

use super::{Desk, View, convert::Columns};
use crate::{
    domain::{CompanyId, ContactId, ContactSummary, Email, Timestamp},
    store::{ContactFace, Result, StoreError},
};
use rusqlite::{Row, params};

pub(super) const COLUMNS: &str =
    "c.id, c.name, c.title, c.company, c.company_id, c.email, c.phone, c.quality, c.sources, c.version, c.updated_at";

pub(super) fn summary(row: &Row<'_>) -> rusqlite::Result<ContactSummary> {
    Ok(ContactSummary {
        id: row.id(0, ContactId)?,
        name: row.text(1)?,
        title: row.text(2)?,
        company: row.text(3)?,
        company_id: row.maybe_id(4, CompanyId)?,
        email: row.text(5)?,
        phone: row.text(6)?,
        quality: row.get(7)?,
        sources: row.get(8)?,
        version: row.get(9)?,
        updated_at: row.time(10)?,
    })
}

/// A contact folded into another, into another, …: more steps than this is a cycle.
const FOLDS: usize = 64;

impl View<'_> {
    /// One contact, as lists show it. A folded one is shown as it was last.
    pub fn contact(&self, id: ContactId) -> Result<Option<ContactSummary>> {
        self.one(&format!("SELECT {COLUMNS} FROM contacts c WHERE c.id = ?1"), [id.as_bytes()], summary)
    }

    /// The contact that `id` has become: itself, or what it was folded into.
    pub fn standing(&self, id: ContactId) -> Result<ContactId> {
        let mut at = id;
        for _ in 0..FOLDS {
            match self.folded_into(at)? {
                Some(next) => at = next,
                None => return Ok(at),
            }
        }
        Err(StoreError::unreadable("merge", format!("contact {} is folded in a circle", id.short())))
    }

    /// What a contact was folded into, if it was.
    pub fn folded_into(&self, id: ContactId) -> Result<Option<ContactId>> {
        let sql = "SELECT folded_into FROM contacts WHERE id = ?1";
        let found = self.one(sql, [id.as_bytes()], |row| row.maybe_id(0, ContactId))?;
        found.ok_or_else(|| StoreError::missing("contact", id))
    }

    /// Folded or withdrawn.
    pub fn is_gone(&self, id: ContactId) -> Result<bool> {
        let found = self.one("SELECT gone FROM contacts WHERE id = ?1", [id.as_bytes()], |row| row.get(0))?;
        found.ok_or_else(|| StoreError::missing("contact", id))
    }

    /// The fingerprint of a contact's golden values, to see whether anything changed.
    pub fn contact_fingerprint(&self, id: ContactId) -> Result<Option<[u8; 16]>> {
        self.one("SELECT fingerprint FROM contacts WHERE id = ?1", [id.as_bytes()], |row| row.get(0))
    }

    /// Standing contacts whose primary address it is.
    pub fn contacts_by_email(&self, email: &Email) -> Result<Vec<ContactId>> {
        let sql = "SELECT id FROM contacts WHERE email = ?1 AND gone = 0 ORDER BY id LIMIT 100";
        self.all(sql, [email.as_str()], |row| row.id(0, ContactId))
    }

    /// Standing contacts of a company, by name.
    pub fn contacts_of_company(&self, company: CompanyId, limit: u32) -> Result<Vec<ContactSummary>> {
        let sql = format!("SELECT {COLUMNS} FROM contacts c WHERE c.company_id = ?1 AND c.gone = 0 ORDER BY c.name, c.id LIMIT ?2");
        self.all(&sql, params![company.as_bytes(), limit], summary)
    }

    /// How many contacts stand.
    pub fn contact_count(&self) -> Result<u64> {
        self.value::<i64>("SELECT count(*) FROM contacts WHERE gone = 0", []).map(|n| n as u64)
    }

    /// Ids whose text form ends so: what a person types instead of a whole id.
    pub fn contacts_ending(&self, short: &str) -> Result<Vec<ContactId>> {
        self.all("SELECT id FROM contacts WHERE substr(lower(hex(id)), -length(?1)) = lower(?1) LIMIT 3", [short], |row| {
            row.id(0, ContactId)
        })
    }
}

impl Desk<'_> {
    /// A new contact.
    pub fn add_contact(&self, id: ContactId, face: &ContactFace, now: Timestamp) -> Result<()> {
        self.run(
            "INSERT INTO contacts(id, name, title, company, company_id, email, phone, quality, sources, fingerprint, folded_text,
               created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?12)",
            params![
                id.as_bytes(),
                face.name.as_str(),
                face.title.as_str(),
                face.company.as_str(),
                face.company_id.as_ref().map(CompanyId::as_bytes),
                face.email.as_str(),
                face.phone.as_str(),
                face.quality,
                face.sources,
                face.fingerprint.0,
                face.folded_text,
                now.as_micros()
            ],
        )?;
        Ok(())
    }

    /// Brings a contact's face in step with its golden record; the version rises.
    pub fn update_contact(&self, id: ContactId, face: &ContactFace, now: Timestamp) -> Result<()> {
        let sql = "SELECT rowid, folded_text FROM contacts WHERE id = ?1";
        let found = self.one(sql, [id.as_bytes()], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))?;
        let (rowid, before) = found.ok_or_else(|| StoreError::missing("contact", id))?;
        self.run(
            "UPDATE contacts SET name = ?2, title = ?3, company = ?4, company_id = ?5, email = ?6, phone = ?7, quality = ?8, sources = ?9,
               fingerprint = ?10, folded_text = ?11, version = version + 1, updated_at = ?12 WHERE rowid = ?1",
            params![
                rowid,
                face.name.as_str(),
                face.title.as_str(),
                face.company.as_str(),
                face.company_id.as_ref().map(CompanyId::as_bytes),
                face.email.as_str(),
                face.phone.as_str(),
                face.quality,
                face.sources,
                face.fingerprint.0,
                face.folded_text,
                now.as_micros()
            ],
        )?;
        if before != face.folded_text {
            self.renew_search(rowid, &face.folded_text)?;
        }
        Ok(())
    }

    /// Folds a contact into another: it keeps its face and leaves lists and search.
    pub fn fold_contact(&self, id: ContactId, into: ContactId, now: Timestamp) -> Result<()> {
        self.set_gone(id, true, Some(into), now)
    }

    /// Takes a contact out of lists and search because its making was undone.
    pub fn withdraw_contact(&self, id: ContactId, now: Timestamp) -> Result<()> {
        self.set_gone(id, true, None, now)
    }

    /// Lets a folded or withdrawn contact stand again.
    pub fn restore_contact(&self, id: ContactId, now: Timestamp) -> Result<()> {
        self.set_gone(id, false, None, now)
    }

    fn set_gone(&self, id: ContactId, gone: bool, into: Option<ContactId>, now: Timestamp) -> Result<()> {
        let sql = "UPDATE contacts SET gone = ?2, folded_into = ?3, version = version + 1, updated_at = ?4 WHERE id = ?1";
        self.run_one("contact", id, sql, params![id.as_bytes(), gone, into.as_ref().map(ContactId::as_bytes), now.as_micros()])
    }
}
