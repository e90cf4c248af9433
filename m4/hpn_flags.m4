dnl SPDX-License-Identifier: GPL-3.0-or-later

dnl HPN_CC_FLAG(VARIABLE, FLAG)
dnl Append FLAG to VARIABLE when the compiler takes it. One flag a call, so that
dnl one that is unknown does not take the others with it. -Werror, because
dnl clang only warns of warnings that it does not know.
AC_DEFUN([HPN_CC_FLAG], [
AS_VAR_PUSHDEF([hpn_cache], [hpn_cv_cc_flag_$2])
AC_CACHE_CHECK([whether $CC takes $2], [hpn_cache], [
	hpn_saved=$CFLAGS
	CFLAGS="$CFLAGS -Werror $2"
	AC_COMPILE_IFELSE([AC_LANG_PROGRAM([], [])],
		[AS_VAR_SET([hpn_cache], [yes])], [AS_VAR_SET([hpn_cache], [no])])
	CFLAGS=$hpn_saved
])
AS_VAR_IF([hpn_cache], [yes], [AS_VAR_APPEND([$1], [" $2"])])
AS_VAR_POPDEF([hpn_cache])
])

dnl HPN_LD_FLAG(VARIABLE, FLAG)
dnl The same for a flag of the linker; FLAG must also be fit for compiling.
AC_DEFUN([HPN_LD_FLAG], [
AS_VAR_PUSHDEF([hpn_cache], [hpn_cv_ld_flag_$2])
AC_CACHE_CHECK([whether $CC links with $2], [hpn_cache], [
	hpn_saved=$LDFLAGS
	LDFLAGS="$LDFLAGS -Werror $2"
	AC_LINK_IFELSE([AC_LANG_PROGRAM([], [])],
		[AS_VAR_SET([hpn_cache], [yes])], [AS_VAR_SET([hpn_cache], [no])])
	LDFLAGS=$hpn_saved
])
AS_VAR_IF([hpn_cache], [yes], [AS_VAR_APPEND([$1], [" $2"])])
AS_VAR_POPDEF([hpn_cache])
])

dnl HPN_WARNINGS
dnl Set WARN_CFLAGS: the dialect, and every warning of ours that CC knows.
AC_DEFUN([HPN_WARNINGS], [
AC_ARG_ENABLE([werror],
	[AS_HELP_STRING([--enable-werror], [a warning ends the build])])
m4_foreach_w([hpn_flag], [-std=gnu11 -Wall -Wextra -Wpedantic -Wshadow
	-Wconversion -Wsign-conversion -Wformat=2 -Wstrict-prototypes
	-Wmissing-prototypes -Wold-style-definition -Wundef -Wvla -Wcast-qual
	-Wwrite-strings -Wpointer-arith -Wnull-dereference -Wno-unused-parameter],
	[HPN_CC_FLAG([WARN_CFLAGS], hpn_flag)])
AS_VAR_IF([enable_werror], [yes], [AS_VAR_APPEND([WARN_CFLAGS], [" -Werror"])])
AC_SUBST([WARN_CFLAGS])
])
