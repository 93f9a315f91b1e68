//! Links: what we know of a HaloPSA record.

use super::{
    Desk, View,
    convert::{Columns, to_json, unreadable},
};
use crate::{
    domain::{Target, Timestamp},
    store::{Link, Result},
};
use rusqlite::{Row, params};

fn link(row: &Row<'_>) -> rusqlite::Result<Link> {
    Ok(Link {
        halo_id: row.get(0)?,
        parent: row.get(1)?,
        base: row.json(2)?,
        ours: row.json(3)?,
        inactive: row.get(4)?,
        last_update: row.maybe_time(5)?,
        shelved: row.get(7)?,
        position: row.get_ref(6)?.as_str_or_null()?.map(serde_json::from_str).transpose().map_err(|error| unreadable(6, error.into()))?,
    })
}

impl View<'_> {
    /// The HaloPSA record of a target.
    pub fn link(&self, target: &Target) -> Result<Option<Link>> {
        let sql =
            "SELECT halo_id, parent, base, ours, inactive, last_update, position, shelved FROM links WHERE entity = ?1 AND entity_id = ?2";
        self.one(sql, params![target.entity(), target.uuid().as_bytes()], link)
    }

    /// The target of a HaloPSA record. `entity` is the target's kind: `client`, `site`, `user`, `ticket`.
    pub fn linked(&self, entity: &str, halo_id: i64) -> Result<Option<Target>> {
        let sql = "SELECT entity_id FROM links WHERE entity = ?1 AND halo_id = ?2";
        let id = self.one(sql, params![entity, halo_id], |row| row.id(0, |id| id))?;
        Ok(id.and_then(|id| Target::of(entity, id)))
    }

    /// How many records of a kind are linked.
    pub fn link_count(&self, entity: &str) -> Result<u64> {
        self.value::<i64>("SELECT count(*) FROM links WHERE entity = ?1", [entity]).map(|n| n as u64)
    }
}

impl Desk<'_> {
    /// Sets what we know of a target's HaloPSA record.
    pub fn set_link(&self, target: &Target, link: &Link) -> Result<()> {
        self.run(
            "INSERT INTO links(entity, entity_id, halo_id, parent, base, ours, inactive, last_update, position, shelved)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
             ON CONFLICT(entity, entity_id) DO UPDATE SET halo_id = excluded.halo_id, parent = excluded.parent, base = excluded.base,
               ours = excluded.ours, inactive = excluded.inactive, last_update = excluded.last_update, position = excluded.position,
               shelved = excluded.shelved",
            params![
                target.entity(),
                target.uuid().as_bytes(),
                link.halo_id,
                link.parent,
                to_json("link", &link.base)?,
                to_json("link", &link.ours)?,
                link.inactive,
                link.last_update.map(Timestamp::as_micros),
                link.position.as_ref().map(|position| to_json("link", position)).transpose()?,
                link.shelved
            ],
        )?;
        Ok(())
    }

    /// The HaloPSA record is gone.
    pub fn drop_link(&self, target: &Target) -> Result<()> {
        self.run("DELETE FROM links WHERE entity = ?1 AND entity_id = ?2", params![target.entity(), target.uuid().as_bytes()])?;
        Ok(())
    }
}
