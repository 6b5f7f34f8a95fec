import { type DragEvent, useRef, useState } from "react";
import { said } from "../../i18n";
import { actions, useConsole, useText } from "../../lib/context";
import type { Upload } from "../../store/store";
import { Icon } from "../icons";

/** A map file into the server: chosen or dropped; what is wrong with it stands line by line. */
export function UploadBox() {
  const t = useText();
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const busy = useConsole((s) => Boolean(s.busy["upload"]));
  const upload = useConsole((s) => s.upload);

  function take(file: File | undefined): void {
    if (file) void actions.uploadMap(file);
    if (input.current) input.current.value = ""; // the same file may be taken again, mended
  }

  function drop(event: DragEvent): void {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files[0]);
  }

  return (
    <section className="upload" aria-label={t("maps.upload")}>
      <h3>{t("maps.upload")}</h3>
      <input
        ref={input}
        type="file"
        accept=".geojson,.json,application/geo+json"
        hidden
        data-testid="map-file"
        onChange={(event) => take(event.target.files?.[0])}
      />
      <button
        type="button"
        className={`drop ${over ? "over" : ""}`}
        disabled={busy}
        onClick={() => input.current?.click()}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <Icon name="upload" />
        <b>{t(busy ? "maps.uploading" : "maps.choose")}</b>
        <span className="quiet">{t("maps.uploadText")}</span>
      </button>
      {upload && <Result upload={upload} />}
    </section>
  );
}

function Result({ upload }: { upload: Upload }) {
  const t = useText();
  const language = useConsole((s) => s.language);
  const { fileName, version, problems } = upload;
  const hash = version?.content_hash.slice(0, 12) ?? "";
  return (
    <div className={`upload-result ${version ? "good" : "bad"}`} role="alert">
      <p>
        <Icon name={version ? "check" : "warning"} size={15} />
        {version
          ? t("maps.uploaded", { file: fileName, hash })
          : t("maps.refused", { file: fileName })}
      </p>
      {problems.length > 0 && (
        <ol className="problems">
          {problems.map(({ en, ko }) => (
            <li key={en} lang={language === "ko" && ko ? "ko" : "en"}>
              {said(en, ko, language)}
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}
