// The help overlay: every shortcut, by what it is for.

import { signal } from "@preact/signals";
import { t } from "../strings";
import { Switch } from "../ui/basics";
import { Dialog } from "../ui/dialog";
import { COMMANDS, type CommandId, known, label, type Section } from "./commands";
import { shown, singleKeys } from "./shortcuts";

export const helpOpen = signal(false);

const SECTIONS: Section[] = ["go", "list", "conversation", "general"];

export function Help() {
  if (!helpOpen.value) return null;
  const close = () => (helpOpen.value = false);
  return (
    <Dialog title={t.help.title} class="help" onClose={close}>
      <div class="help-grid scroll" tabIndex={0}>
        {SECTIONS.map((section) => (
          <section key={section}>
            <h3>{t.help.sections[section]}</h3>
            <dl>
              {(Object.keys(COMMANDS) as CommandId[])
                .filter((id) => known(id).section === section && known(id).keys)
                .map((id) => (
                  <div key={id} class="help-row">
                    <dt>{label(id)}</dt>
                    <dd>
                      {shown(known(id).keys ?? []).map((key) => (
                        <kbd key={key}>{key}</kbd>
                      ))}
                    </dd>
                  </div>
                ))}
            </dl>
          </section>
        ))}
      </div>
      <footer class="dialog-foot help-foot">
        <Switch on={singleKeys.value} label={t.help.single} onChange={(on) => (singleKeys.value = on)} />
        <p class="muted">{t.help.composer}</p>
      </footer>
    </Dialog>
  );
}
