/** A file in the conversation: a picture is shown, everything can be kept. */

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { FileContent } from "../../shared/wire";
import { download, save } from "../files";
import { Icon } from "./icons";
import { useUi } from "./ui";

/** Larger pictures are not fetched unasked. */
const PREVIEW = 4_000_000;

export function File({ file, own }: { file: FileContent; own: boolean }): JSX.Element {
  const { chat, words } = useUi();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [shown, setShown] = useState(false);
  const [failed, setFailed] = useState(false);
  const picture = /^image\/(png|jpe?g|gif|webp|avif)$/.test(file.media_type) && file.bytes <= PREVIEW;

  useEffect(() => {
    if (!picture || !chat.token) return;
    let gone = false;
    download(chat.server, chat.token, file)
      .then(createImageBitmap)
      .then((bitmap) => {
        const place = canvas.current;
        if (gone || !place) return;
        // Drawn, since a page's policy may forbid pictures from a blob's address.
        const scale = Math.min(1, 560 / bitmap.width, 560 / bitmap.height);
        place.width = bitmap.width * scale;
        place.height = bitmap.height * scale;
        place.getContext("2d")?.drawImage(bitmap, 0, 0, place.width, place.height);
        setShown(true);
      })
      .catch(() => undefined);
    return () => void (gone = true);
  }, [file.id]);

  const keep = () => {
    if (!chat.token) return;
    download(chat.server, chat.token, file).then((blob) => save(blob, file.name), () => setFailed(true));
  };
  return (
    <button type="button" class={`bubble file${own ? " own" : ""}${shown ? " shown" : ""}`} onClick={keep} aria-label={words.t("download", { name: file.name })}>
      {picture && <canvas ref={canvas} hidden={!shown} />}
      {!shown && <Icon name={failed ? "alert" : "file"} />}
      <span>
        {file.name}
        <small>{words.size(file.bytes)}</small>
      </span>
    </button>
  );
}
