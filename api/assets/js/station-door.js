// The door of a station, by tapping and by badge; without a script it is a plain form.
import { choose } from "./parts/step-up.js";
import "./parts/wedge.js";

addEventListener("scanned", ({ detail: code }) => choose(code.replace(/^badge:/i, "").toLowerCase()));
