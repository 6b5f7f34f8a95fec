/** The log-in page's picture: a hillside by its contour lines, and one lantern on patrol. */
const CONTOURS = 15;
const BEAT = 7; // the contour that the lantern walks
const WIDTH = 1440;
const STEP = 12;

/** Height of one contour's line on the page: hills are bells, higher lines are narrower. */
function lineY(x: number, level: number): number {
  const bell = (centre: number, width: number) => Math.exp(-(((x - centre) / width) ** 2));
  const hill = bell(900, 430 - level * 14) * (150 + level * 17);
  const spur = bell(330, 300 - level * 6) * (60 + level * 5);
  const fold = Math.sin(x / 118 + level * 0.7) * 7 + Math.sin(x / 47 + level * 1.9) * 2.5;
  return 985 - level * 44 - hill - spur + fold;
}

function contour(level: number): string {
  const points = [];
  for (let x = -STEP; x <= WIDTH + STEP; x += STEP) points.push(`${x} ${lineY(x, level).toFixed(1)}`);
  return `M${points.join("L")}`;
}

export function NightHill() {
  const path = contour(BEAT);
  return (
    <svg
      className="night-hill"
      viewBox="0 0 1440 900"
      preserveAspectRatio="xMidYMid slice"
      aria-hidden="true"
    >
      <radialGradient id="lantern-glow">
        <stop offset="0" stopColor="var(--lantern)" stopOpacity="0.32" />
        <stop offset="1" stopColor="var(--lantern)" stopOpacity="0" />
      </radialGradient>
      {Array.from({ length: CONTOURS }, (_, level) => (
        <path key={level} d={contour(level)} className={level % 4 === 1 ? "index" : ""} />
      ))}
      <path d={path} className="beat" />
      <circle r={4.5} className="lantern" style={{ offsetPath: `path("${path}")` }} />
      <circle r={70} className="glow" fill="url(#lantern-glow)" style={{ offsetPath: `path("${path}")` }} />
    </svg>
  );
}
