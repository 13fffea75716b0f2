// A button with a menu of choices; arrow keys walk it, letters jump in it.

import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { Icon, type IconName } from "./icons";

export interface MenuItem {
  label: string;
  detail?: string | undefined;
  icon?: IconName;
  start?: ComponentChildren;
  checked?: boolean;
  disabled?: boolean;
  run: () => void;
}

interface Props {
  label: string;
  /** What the button shows. */
  children: ComponentChildren;
  class?: string;
  items: MenuItem[];
  /** A heading above the items. */
  title?: string;
  id?: string;
  align?: "start" | "end";
  keys?: string;
  disabled?: boolean;
  /** What the button shows says what it is; the label then names the menu only. */
  named?: boolean;
}

export function Menu(props: Props) {
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const id = useId();

  useEffect(() => {
    const menu = list.current;
    if (!open || !menu || !button.current) return;
    menu.showPopover();
    place(menu, button.current, props.align ?? "start");
    items(menu)[0]?.focus();
    const onToggle = (event: Event) => {
      if ((event as ToggleEvent).newState === "closed") setOpen(false);
    };
    menu.addEventListener("toggle", onToggle);
    return () => menu.removeEventListener("toggle", onToggle);
  }, [open]);

  const close = () => {
    list.current?.hidePopover();
    setOpen(false);
    button.current?.focus();
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const menu = list.current;
    if (!menu) return;
    const all = items(menu);
    const at = all.indexOf(document.activeElement as HTMLElement);
    const move = (to: number) => {
      event.preventDefault();
      all[(to + all.length) % all.length]?.focus();
    };
    if (event.key === "ArrowDown") move(at + 1);
    else if (event.key === "ArrowUp") move(at - 1);
    else if (event.key === "Home") move(0);
    else if (event.key === "End") move(all.length - 1);
    else if (event.key === "Tab") close();
    else if (event.key === "Escape") {
      event.preventDefault();
      close();
    } else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey) {
      const letter = event.key.toLocaleLowerCase();
      const order = [...all.slice(at + 1), ...all.slice(0, at + 1)];
      order.find((item) => item.textContent?.trim().toLocaleLowerCase().startsWith(letter))?.focus();
    }
    event.stopPropagation();
  };

  return (
    <>
      <button
        ref={button}
        id={props.id}
        type="button"
        class={props.class ?? "btn btn-quiet"}
        aria-label={props.named ? undefined : props.label}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        aria-disabled={props.disabled ? "true" : undefined}
        title={props.keys ? `${props.label} (${props.keys})` : props.label}
        onClick={() => !props.disabled && setOpen(!open)}
        onKeyDown={(event) => {
          if (event.key === "ArrowDown" && !open && !props.disabled) {
            event.preventDefault();
            setOpen(true);
          }
        }}
      >
        {props.children}
      </button>
      {open && (
        <div ref={list} id={id} class="menu" popover="auto" role="menu" aria-label={props.label} onKeyDown={onKeyDown}>
          {props.title && (
            <div class="menu-title" role="presentation">
              {props.title}
            </div>
          )}
          {props.items.map((item) => (
            <button
              key={item.label}
              type="button"
              class="menu-item"
              role={item.checked === undefined ? "menuitem" : "menuitemradio"}
              aria-checked={item.checked}
              aria-disabled={item.disabled ? "true" : undefined}
              tabIndex={-1}
              onClick={() => {
                if (item.disabled) return;
                close();
                item.run();
              }}
            >
              {item.start ?? (item.icon && <Icon name={item.icon} size={16} />)}
              <span class="menu-label">
                {item.label}
                {item.detail && <span class="menu-detail">{item.detail}</span>}
              </span>
              {item.checked && <Icon name="check" size={16} />}
            </button>
          ))}
        </div>
      )}
    </>
  );
}

function items(menu: HTMLElement): HTMLElement[] {
  return [...menu.querySelectorAll<HTMLElement>("[role^=menuitem]")];
}

/** Below the button, or above where there is more room; always inside the window. */
function place(menu: HTMLElement, anchor: HTMLElement, align: "start" | "end") {
  const gap = 4;
  const edge = 8;
  const at = anchor.getBoundingClientRect();
  const width = menu.offsetWidth;
  const height = menu.offsetHeight;
  const rtl = getComputedStyle(anchor).direction === "rtl";
  const left = (align === "start") !== rtl ? at.left : at.right - width;
  const under = innerHeight - at.bottom - gap - edge;
  const top = height <= under || under > at.top ? at.bottom + gap : at.top - gap - height;
  menu.style.left = `${Math.max(edge, Math.min(left, innerWidth - width - edge))}px`;
  menu.style.top = `${Math.max(edge, Math.min(top, innerHeight - height - edge))}px`;
}

/** Opens the menu whose button has this id, as a shortcut does. */
export function openMenu(id: string) {
  const button = document.getElementById(id);
  if (button instanceof HTMLButtonElement && button.getAttribute("aria-expanded") !== "true") button.click();
}
