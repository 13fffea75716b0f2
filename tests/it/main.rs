mod store;
mod support {
    pub mod databases;
}
