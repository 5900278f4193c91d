import { contract } from "./contract";

contract("clock", () => import("../src/widgets/clock"), { tempos: [[0, 60]], end: 8 });
