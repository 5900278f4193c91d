import { contract } from "../contract";

contract("clock", () => import("../../src/widgets/clock"), { tempos: [[0, 60]], end: 8 });
contract("sound engine", () => import("../../src/widgets/engine"));
