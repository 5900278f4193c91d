/** Button icons that only the desk has. */

import { ICONS } from "../core/icons";

Object.assign(ICONS, {
  "■": { areas: "M3 3h8v8H3z" },
  "★": { areas: "M7 1.2l1.8 3.8 4.1.4-3.1 2.8.9 4L7 10.1l-3.7 2.1.9-4L1.1 5.4l4.1-.4z" },
  "⇄": { lines: "M4 2.5L1.8 4.7 4 6.9M2 4.7h9.5M10 7.1l2.2 2.2-2.2 2.2M12 9.3H2.5" },
  "🗑": { lines: "M2.5 4h9M5.5 4V2.3h3V4M3.8 4l.6 8h5.2l.6-8M6 6.3v3.5M8 6.3v3.5" },
  "↻": { lines: "M11.2 8.6A4.4 4.4 0 1 1 11 5M11.3 2v3.2H8.1" },
  "🔒": { areas: "M3 6.5h8V13H3z", lines: "M4.6 6.5V4.4a2.4 2.4 0 0 1 4.8 0v2.1" },
  "⤓": { lines: "M7 1.5v7M4 5.8L7 8.8l3-3M2 12h10" },
  "⤷": { lines: "M2.5 2v4.5a2 2 0 0 0 2 2h7M8.8 5.8l2.7 2.7-2.7 2.7" },
});
