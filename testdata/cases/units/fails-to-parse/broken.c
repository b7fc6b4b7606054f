// SPDX-License-Identifier: MIT
/* fails-to-parse: "unknown type name 'no_such_type'" */
no_such_type x;
