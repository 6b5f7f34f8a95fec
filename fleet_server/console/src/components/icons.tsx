/** Line icons on a 20 px grid; decorative, so hidden from screen readers. */
const PATHS = {
  alarmOn: "M10 3a5 5 0 0 0-5 5v3l-1.5 3h13L15 11V8a5 5 0 0 0-5-5ZM8 16.5a2 2 0 0 0 4 0",
  alarmOff:
    "M5 8.5V11l-1.5 3H14M6.5 4.5A5 5 0 0 1 15 8v3l.8 1.6M8 16.5a2 2 0 0 0 4 0M3 3l14 14",
  sun: "M10 6.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7ZM10 2v1.5M10 16.5V18M2 10h1.5M16.5 10H18M4.3 4.3l1.1 1.1M14.6 14.6l1.1 1.1M4.3 15.7l1.1-1.1M14.6 5.4l1.1-1.1",
  moon: "M16.5 12A7 7 0 0 1 8 3.5a7 7 0 1 0 8.5 8.5Z",
  keyboard: "M2.5 5.5h15v9h-15ZM5.5 8.5h.01M8.5 8.5h.01M11.5 8.5h.01M14.5 8.5h.01M6.5 11.5h7",
  logout: "M8 3.5H4v13h4M12.5 6.5 16 10l-3.5 3.5M7.5 10H16",
  plus: "M10 4v12M4 10h12",
  minus: "M4 10h12",
  fit: "M3.5 7.5v-4h4M12.5 3.5h4v4M16.5 12.5v4h-4M7.5 16.5h-4v-4",
  tilt: "M10 3 3.5 6.5v7L10 17l6.5-3.5v-7ZM3.5 6.5 10 10l6.5-3.5M10 10v7",
  legend: "M3.5 5h.01M3.5 10h.01M3.5 15h.01M7 5h10M7 10h10M7 15h10",
  close: "M5 5l10 10M15 5 5 15",
  back: "M12 4 6 10l6 6",
  up: "M5 12.5 10 7.5l5 5",
  down: "M5 7.5l5 5 5-5",
  pause: "M7 4.5v11M13 4.5v11",
  play: "M6.5 4v12l9-6Z",
  stop: "M5 5h10v10H5Z",
  target: "M10 5.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9ZM10 2v3.5M10 14.5V18M2 10h3.5M14.5 10H18",
  follow: "M10 2.5 15 16l-5-3-5 3Z",
  check: "M4 10.5 8 14.5 16 5.5",
  route: "M5 16.5a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM15 7.5a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM7 14.5h5.5a3 3 0 0 0 0-6h-5a3 3 0 0 1 0-6H13",
  trash: "M4 6h12M8 6V4h4v2M5.5 6l.7 10.5h7.6L14.5 6",
  bolt: "M11 2.5 5 11.5h4.5L9 17.5l6-9h-4.5Z",
  eye: "M2 10s3-5.5 8-5.5 8 5.5 8 5.5-3 5.5-8 5.5S2 10 2 10ZM10 7.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5Z",
  clock: "M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14ZM10 6v4l2.5 2",
  pin: "M10 17.5s5.5-5 5.5-9a5.5 5.5 0 0 0-11 0c0 4 5.5 9 5.5 9ZM10 6.5a2 2 0 1 0 0 4 2 2 0 0 0 0-4Z",
  picture: "M3 4.5h14v11H3ZM3 13l4-4 3.5 3.5L13 10l4 4M13 7.5h.01",
  expand: "M11.5 3.5h5v5M8.5 16.5h-5v-5M16 4l-5 5M4 16l5-5",
  upload: "M10 13V4M6 7.5 10 3.5l4 4M4 13v3.5h12V13",
  send: "M3 10 17 3.5 13 17l-3-6Z",
  warning: "M10 3.5 18 16.5H2ZM10 8.5v3.5M10 14.2h.01",
  person: "M10 3a2.8 2.8 0 1 0 0 5.6A2.8 2.8 0 0 0 10 3ZM4.5 17c0-3.3 2.4-5.6 5.5-5.6s5.5 2.3 5.5 5.6",
  edit: "M4 16l.8-3.4L13 4.4l2.6 2.6-8.2 8.2ZM11.4 6l2.6 2.6",
  weather:
    "M6 12.5a3.2 3.2 0 0 1 .3-6.4 4.2 4.2 0 0 1 8-.3 3.4 3.4 0 0 1-.3 6.7ZM7 15l-.8 2M10.4 15l-.8 2M13.8 15l-.8 2",
  grip: "M10 2.5 18 17 10 13.5 2 17Z",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  return (
    <svg
      className="icon"
      width={size}
      height={size}
      viewBox="0 0 20 20"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.6}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}

/** The house mark: the heading arrow of a vehicle on watch. */
export function Mark({ size = 22 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" className="mark">
      <path d="M16 3.5 26.5 27.5 16 22 5.5 27.5Z" fill="currentColor" />
    </svg>
  );
}
