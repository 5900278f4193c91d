/** Button icons that only the keyboard has. */

import { ICONS } from "../core/icons";

Object.assign(ICONS, {
  "■": { areas: "M3 3h8v8H3z" },
  "●": { areas: "M7 2.5a4.5 4.5 0 1 0 .01 0z" },
});
