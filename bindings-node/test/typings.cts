// Compiled, not run: the same package by `require`.

import meshery = require("meshery");

const version: string = meshery.version;
export = version;
