// If this breaks, a journey by samlify says nothing about Gatehouse.
import { prove } from "../harness/providers/proof.mjs";
import { startSamlify } from "../harness/providers/samlify.mjs";

prove(startSamlify, { cannot: ["wrong: nothing signed"] });
