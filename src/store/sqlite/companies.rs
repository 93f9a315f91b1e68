//! The faces of golden companies.

use super::{Desk, View, convert::Columns};
use crate::{
    domain::{CompanyId, CompanySummary, Timestamp},
    store::{CompanyFace, Result},
};
use rusqlite::params;

impl View<'_> {
    /// One company, as lists show it.
    pub fn company(&self, id: CompanyId) -> Result<Option<CompanySummary>> {
        let sql = "SELECT k.id, k.name, k.domain, k.country,
               (SELECT count(*) FROM contacts c WHERE c.company_id = k.id AND c.gone = 0) FROM companies k WHERE k.id = ?1";
        self.one(sql, [id.as_bytes()], |row| {
            Ok(CompanySummary {
                id: row.id(0, CompanyId)?,
                name: row.text(1)?,
                domain: row.text(2)?,
                country: row.text(3)?,
                contacts: row.get(4)?,
            })
        })
    }

    /// The fingerprint of a company's golden values.
    pub fn company_fingerprint(&self, id: CompanyId) -> Result<Option<[u8; 16]>> {
        self.one("SELECT fingerprint FROM companies WHERE id = ?1", [id.as_bytes()], |row| row.get(0))
    }
}

impl Desk<'_> {
    /// A new company, or a known one brought in step with its golden record.
    pub fn put_company(&self, id: CompanyId, face: &CompanyFace, now: Timestamp) -> Result<()> {
        self.run(
            "INSERT INTO companies(id, name, domain, country, fingerprint, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)
             ON CONFLICT(id) DO UPDATE SET name = excluded.name, domain = excluded.domain, country = excluded.country,
               fingerprint = excluded.fingerprint, version = version + 1, updated_at = excluded.updated_at",
            params![id.as_bytes(), face.name.as_str(), face.domain.as_str(), face.country.as_str(), face.fingerprint.0, now.as_micros()],
        )?;
        Ok(())
    }
}
