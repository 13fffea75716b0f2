/** The widget's words and numbers in the visitor's language. */

type Table = Record<string, string>;

export interface Words {
  /** BCP 47: also the region counts for numbers and dates. */
  locale: string;
  t(key: string, fill?: Record<string, string | number>): string;
  /** The form of `key` that fits the number. */
  n(key: string, n: number): string;
  time(at: string | number): string;
  day(at: string | number): string;
  money(price: string, currency: string): string;
  size(bytes: number): string;
  percent(share: number): string;
}

const files = import.meta.glob<{ panel: Table }>("./languages/*.json");

export async function words(language: string, locale: string): Promise<Words> {
  const file = files[`./languages/${language}.json`] ?? files["./languages/en.json"]!;
  return make((await file()).panel, locale);
}

export function make(table: Table, wanted: string): Words {
  const locale = Intl.DateTimeFormat.supportedLocalesOf([wanted])[0] ?? "en";
  const rules = new Intl.PluralRules(locale);
  const clock = new Intl.DateTimeFormat(locale, { timeStyle: "short" });
  const fill = (text: string, values: Record<string, string | number>) =>
    text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
  const t: Words["t"] = (key, values = {}) => fill(table[key] ?? key, values);
  return {
    locale,
    t,
    n: (key, n) => fill(table[`${key}_${rules.select(n)}`] ?? table[`${key}_other`] ?? key, { n }),
    time: (at) => clock.format(new Date(at)),
    day(at) {
      const days = Math.round((midnight(Date.now()) - midnight(at)) / 86_400_000);
      if (days === 0) return t("today");
      if (days === 1) return t("yesterday");
      const year = new Date(at).getFullYear() === new Date().getFullYear() ? undefined : "numeric";
      return new Intl.DateTimeFormat(locale, { day: "numeric", month: "long", year }).format(new Date(at));
    },
    money(price, currency) {
      try {
        return new Intl.NumberFormat(locale, { style: "currency", currency }).format(Number(price));
      } catch {
        return `${price} ${currency}`;
      }
    },
    size(bytes) {
      const unit = bytes < 1e6 ? "kilobyte" : "megabyte";
      const amount = Math.max(0.1, bytes / (bytes < 1e6 ? 1e3 : 1e6));
      return new Intl.NumberFormat(locale, { style: "unit", unit, maximumFractionDigits: amount < 10 ? 1 : 0 }).format(amount);
    },
    percent: (share) => new Intl.NumberFormat(locale, { style: "percent" }).format(share),
  };
}

function midnight(at: string | number): number {
  return new Date(at).setHours(0, 0, 0, 0);
}
