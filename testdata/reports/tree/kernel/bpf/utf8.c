// a line with more than ASCII, for columns
	/* ééé */ f("éé", 1);
