// SPDX-License-Identifier: Apache-2.0
/* mark NAME: its exec and its exit, with the name as argument, mark a place in the events. */
int main(void)
{
	return 0;
}
