// By what a customer is known: proven addresses, numbers, names in a channel.

import { contactIcon, shown } from "../../state/channels";
import { t } from "../../strings";
import type { Contact } from "../../wire";
import { Icon } from "../../ui/icons";

export function Known({ contacts }: { contacts: readonly Contact[] }) {
  return (
    <ul class="known">
      {contacts.map((one) => (
        <li key={`${one.kind} ${one.value}`} title={t.people.sources[one.source]}>
          <Icon name={contactIcon(one.kind)} size={15} />
          <span class="sr-only">{t.people.kinds[one.kind] ?? one.kind}</span>
          <span>{shown(one)}</span>
        </li>
      ))}
    </ul>
  );
}
