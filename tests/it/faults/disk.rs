//! A disk that can be filled: a small tmpfs where the system allows it, otherwise a
//! limit on the size of files.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::scratch::Scratch;
use crate::support::server::{Server, Setup};

const MEGABYTES: u64 = 64;

pub struct SmallDisk {
    pub server: Server,
    kind: Kind,
    _folder: Scratch,
}

enum Kind {
    /// Mounted for the server alone; seen from here through its process.
    Tmpfs { filler: PathBuf },
    /// No file of the server's may grow any more.
    FileLimit,
}

impl SmallDisk {
    pub async fn start_server(config: &str) -> Self {
        let folder = Scratch::new();
        let data = folder.path().join("disk");
        std::fs::create_dir(&data).expect("the scratch folder can be written");
        let mount = format!("mount -t tmpfs -o size={MEGABYTES}m rapport-test {}", data.display());
        let setup = |script: String, launcher: &[&str]| Setup {
            config: config.to_owned(),
            wrapper: launcher
                .iter()
                .map(Into::into)
                .chain(["sh".into(), "-c".into(), script.into(), "sh".into()])
                .collect(),
            data_dir: Some(data.clone()),
            ..Setup::default()
        };
        let allowed = Command::new("unshare").args(["-rm", "sh", "-c", &mount]).stderr(Stdio::null()).status();
        if allowed.is_ok_and(|status| status.success()) {
            // What was lent to the data directory moves onto the disk that now covers it.
            let lent = folder.path().join("lent");
            let (from, lent) = (data.display(), lent.display());
            let script = format!("cp -r {from} {lent} && {mount} && cp -r {lent}/. {from} && exec \"$@\"");
            let server = Server::start_as(setup(script, &["unshare", "-rm", "--"])).await;
            let filler = Path::new(&format!("/proc/{}/root", server.pid()))
                .join(data.strip_prefix("/").expect("absolute"))
                .join("filler");
            return Self { server, kind: Kind::Tmpfs { filler }, _folder: folder };
        }
        println!("no file system may be mounted here: a limit on the size of files stands in for the full disk");
        let server = Server::start_as(setup("trap '' XFSZ; exec \"$@\"".to_owned(), &[])).await;
        Self { server, kind: Kind::FileLimit, _folder: folder }
    }

    pub fn fill(&self) {
        match &self.kind {
            Kind::Tmpfs { filler } => {
                let bytes = vec![0_u8; 1 << 20];
                let mut file = std::fs::File::create(filler).expect("the disk can be seen from here");
                while std::io::Write::write_all(&mut file, &bytes).is_ok() {}
            }
            Kind::FileLimit => self.limit("65536"),
        }
    }

    pub fn free(&self) {
        match &self.kind {
            Kind::Tmpfs { filler } => std::fs::remove_file(filler).expect("the filler is ours"),
            Kind::FileLimit => self.limit("unlimited"),
        }
    }

    fn limit(&self, bytes: &str) {
        let pid = self.server.pid().to_string();
        let status = Command::new("prlimit").args(["--pid", &pid, &format!("--fsize={bytes}:")]).status();
        assert!(status.is_ok_and(|status| status.success()), "util-linux's prlimit is needed");
    }
}
