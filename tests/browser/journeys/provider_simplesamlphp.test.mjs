// If this breaks, a journey by SimpleSAMLphp says nothing about Gatehouse.
import { prove } from "../harness/providers/proof.mjs";
import { startSimpleSAMLphp } from "../harness/providers/simplesamlphp.mjs";

prove(startSimpleSAMLphp);
