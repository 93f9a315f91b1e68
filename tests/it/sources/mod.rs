//! The eight sources that have an API, each against its simulator, through the services: what an import brings, what it
//! costs, what a second one does, and what happens when things go wrong.

mod brings;
mod budgets;
mod enrich;
mod faults;
mod schedules;
mod stand;
mod stops;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_matrix() {
    faults::matrix().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_in_trouble_leaves_the_others_alone() {
    faults::neighbours().await;
}
