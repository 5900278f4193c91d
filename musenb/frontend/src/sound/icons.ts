/** Button icons that only the player has. */

import { ICONS } from "../core/icons";

Object.assign(ICONS, {
  "⏮": { areas: "M2 2h2v10H2zM12 2v10L5 7z" },
  "🔁": {
    lines: "M3 8V6.5a2 2 0 0 1 2-2h6M9 2.5l2 2-2 2M11 6v1.5a2 2 0 0 1-2 2H3M5 11.5l-2-2 2-2",
  },
  "𝅘𝅥": { lines: "M5.2 1.8h3.6l2.4 10.4H2.8zM7 9.5l3.6-6M3.6 9.5h6.8" },
  "🔈": {
    areas: "M1.5 5.2H4L7.5 2v10L4 8.8H1.5z",
    lines: "M9.5 4.8a3 3 0 0 1 0 4.4M11.3 3a5.5 5.5 0 0 1 0 8",
  },
});
