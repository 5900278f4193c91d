/** Button icons that only the score has. */

import { ICONS } from "../core/icons";

Object.assign(ICONS, {
  "🔒": { areas: "M3 6.5h8V13H3z", lines: "M4.6 6.5V4.4a2.4 2.4 0 0 1 4.8 0v2.1" },
  "🔓": { lines: "M3.5 6.8h7v5.7h-7zM4.6 6.8V4.2a2.4 2.4 0 0 1 4.7-.7" },
  "🔊": { areas: "M1.5 5h2.3L7 2.2v9.6L3.8 9H1.5z", lines: "M9 4.8a3 3 0 0 1 0 4.4M10.8 3a5.6 5.6 0 0 1 0 8" },
  "🔇": { areas: "M1.5 5h2.3L7 2.2v9.6L3.8 9H1.5z", lines: "M9.2 5.2l3.6 3.6M12.8 5.2L9.2 8.8" },
  "👁": { lines: "M1 7s2.2-3.8 6-3.8S13 7 13 7s-2.2 3.8-6 3.8S1 7 1 7zM5.6 7a1.4 1.4 0 1 0 2.8 0 1.4 1.4 0 1 0-2.8 0" },
});
