/** systemd understands every line of the unit that `deploy/` ships. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

const lacking = spawnSync("systemd-analyze", ["--version"]).error && "systemd-analyze is not installed: apt-get install systemd";

test("the unit is one that systemd accepts, and does what the documentation says", { skip: lacking }, () => {
  const shipped = readFileSync(new URL("../../deploy/rapport.service", import.meta.url), "utf8");
  const folder = mkdtempSync(join(tmpdir(), "rapport-unit-"));
  try {
    const unit = join(folder, "rapport.service");
    // The program of an installed server is not there; any that is will do.
    writeFileSync(unit, shipped.replace("/opt/rapport/server/target/release/rapport", process.execPath));
    const { status, stderr } = spawnSync("systemd-analyze", ["verify", "--man=no", unit], { encoding: "utf8" });
    const complaints = stderr.split("\n").filter((line) => line.includes("rapport.service"));
    assert.deepEqual([status, complaints], [0, []]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  for (const line of ["User=rapport", "ProtectSystem=strict", "ReadWritePaths=/var/lib/rapport", "NoNewPrivileges=yes", "Restart=on-failure"]) {
    assert.ok(shipped.split("\n").includes(line), line);
  }
});
