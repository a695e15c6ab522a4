// What the browser does in the tabs of articles and models. Gradio runs it for each part of them
// that has buttons or takes files, with that part's `element` and `trigger`.

const MOST_AT_ONCE = 25; // files, and bytes, of one request
const MOST_BYTES_AT_ONCE = 8_000_000;

element.tabIndex = -1;
element.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-do]");
  if (!button) return;
  const kind = button.dataset.do === "page" ? "select" : "click";
  trigger(kind, { do: button.dataset.do, name: button.dataset.name });
  // The button may be gone in a moment: another page is read from its top, what comes of a deed here.
  const tab = button.closest("[role=tabpanel]") ?? document;
  if (kind === "click") tab.querySelector(".news")?.focus({ preventScroll: true });
  else element.focus();
});

element.addEventListener("change", (event) => {
  if (event.target.type !== "file") return;
  send([...event.target.files], event.target.closest(".drop"));
  event.target.value = "";
});

for (const kind of ["dragover", "dragleave", "drop"]) {
  element.addEventListener(kind, (event) => {
    event.preventDefault();
    const place = element.querySelector(".drop");
    place?.classList.toggle("over", kind === "dragover");
    if (kind === "drop" && place) send([...event.dataTransfer.files], place);
  });
}

// Send files part by part. What is of no use is named, and stays here; the server says why.
async function send(files, place) {
  if (!files.length) return;
  const { mostFiles, mostBytes, kinds, sending } = place.dataset;
  const known = kinds.split(" ");
  const isOfUse = (file, number) =>
    number < Number(mostFiles) &&
    file.size > 0 &&
    file.size <= Number(mostBytes) &&
    known.some((kind) => file.name.toLowerCase().endsWith(kind));
  const drop = crypto.getRandomValues(new Uint32Array(4)).join("-");
  const status = element.querySelector(".sending");
  const left = files.filter((file, number) => !isOfUse(file, number));
  const parts = [...divided(files.filter(isOfUse)), left];
  let sent = 0;
  for (const part of parts) {
    status.textContent = sending.replace("{done}", sent).replace("{total}", files.length);
    const paths = part === left ? [] : await upload_all(part);
    const said = part.map((file, number) => ({
      name: file.name,
      size: file.size,
      path: paths[number] ?? null,
    }));
    sent += part.length;
    trigger(part === left ? "upload" : "input", { drop, files: said, parts: parts.length });
  }
  status.textContent = "";
}

function divided(files) {
  const parts = [];
  let bytes = Infinity;
  for (const file of files) {
    const part = parts.at(-1);
    bytes += file.size;
    if (bytes > MOST_BYTES_AT_ONCE || part.length >= MOST_AT_ONCE) {
      parts.push([file]);
      bytes = file.size;
    } else {
      part.push(file);
    }
  }
  return parts;
}

// Upload to Gradio; of files that do not arrive there are no paths.
async function upload_all(files) {
  const form = new FormData();
  for (const file of files) form.append("files", file);
  try {
    const reply = await fetch("gradio_api/upload", { method: "POST", body: form });
    return reply.ok ? await reply.json() : [];
  } catch {
    return [];
  }
}
