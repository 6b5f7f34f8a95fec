/** The log-in page's picture: a hillside by its contour lines, and one lantern on patrol. */
const CONTOURS = 13;

/** One contour as a smooth path; higher lines are shorter and sit further up the hill. */
function contour(level: number): string {
  const lift = level * 46;
  const points = Array.from({ length: 25 }, (_, i) => {
    const x = i * 66 - 60;
    const hill = Math.exp(-(((x - 560) / (520 - level * 18)) ** 2)) * (120 + level * 16);
    const spur = Math.exp(-(((x - 1120) / 260) ** 2)) * (70 + level * 7);
    const fold = Math.sin(i * 0.9 + level * 0.55) * 10;
    return [x, 980 - lift - hill - spur + fold] as const;
  });
  return points
    .map(([x, y], i) => {
      const before = points[i - 1];
      if (!before) return `M${x} ${y.toFixed(1)}`;
      const middle = (before[0] + x) / 2;
      return `C${middle} ${before[1].toFixed(1)} ${middle} ${y.toFixed(1)} ${x} ${y.toFixed(1)}`;
    })
    .join("");
}

export function NightHill() {
  const path = contour(5);
  return (
    <svg
      className="night-hill"
      viewBox="0 0 1440 900"
      preserveAspectRatio="xMidYMid slice"
      aria-hidden="true"
    >
      {Array.from({ length: CONTOURS }, (_, level) => (
        <path key={level} d={contour(level)} className={level % 4 === 1 ? "index" : ""} />
      ))}
      <path d={path} className="beat" pathLength={100} />
      <circle r={4.5} className="lantern" style={{ offsetPath: `path("${path}")` }} />
      <circle r={38} className="glow" style={{ offsetPath: `path("${path}")` }} />
    </svg>
  );
}
