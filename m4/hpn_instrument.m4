dnl SPDX-License-Identifier: GPL-3.0-or-later

dnl HPN_SANITIZER(OPTION, FLAG, [MORE-FLAGS])
dnl Append the flags to SAN_CFLAGS and SAN_LDFLAGS when --enable-OPTION was
dnl given; a compiler that cannot link with FLAG ends configure.
AC_DEFUN([HPN_SANITIZER], [
AS_VAR_IF([enable_$1], [yes], [
	hpn_links=
	HPN_LD_FLAG([hpn_links], [$2])
	AS_VAR_IF([hpn_links], [],
		[AC_MSG_ERROR([--enable-$1: $CC cannot link with it; try CC=clang, or install the compiler's run-time library])])
	AS_VAR_APPEND([SAN_CFLAGS], [" $2 $3"])
	AS_VAR_APPEND([SAN_LDFLAGS], [" $2"])
	hpn_instrumented=yes
])
])

dnl HPN_INSTRUMENT
dnl --enable-asan, -ubsan, -fuzzing and -coverage. Their flags stay out of
dnl CFLAGS: those are the user's, and the checks of configure use them.
dnl Sets SAN_CFLAGS, SAN_LDFLAGS, FUZZ_ENGINE and the conditional FUZZING.
AC_DEFUN([HPN_INSTRUMENT], [
AC_ARG_ENABLE([asan],
	[AS_HELP_STRING([--enable-asan], [build with AddressSanitizer])])
AC_ARG_ENABLE([ubsan],
	[AS_HELP_STRING([--enable-ubsan], [build with UndefinedBehaviorSanitizer])])
AC_ARG_ENABLE([fuzzing],
	[AS_HELP_STRING([--enable-fuzzing],
		[make the programs in tests/fuzz real libFuzzer targets (clang)])])
AC_ARG_ENABLE([coverage],
	[AS_HELP_STRING([--enable-coverage], [count the lines that run, for gcov])])
hpn_instrumented=no
HPN_SANITIZER([asan], [-fsanitize=address], [-fno-omit-frame-pointer])
HPN_SANITIZER([ubsan], [-fsanitize=undefined], [-fno-sanitize-recover=undefined])
HPN_SANITIZER([fuzzing], [-fsanitize=fuzzer-no-link])
HPN_SANITIZER([coverage], [--coverage])
AS_VAR_IF([enable_fuzzing], [yes], [FUZZ_ENGINE=-fsanitize=fuzzer],
	[FUZZ_ENGINE=tests/fuzz/replay.o])
AC_SUBST([SAN_CFLAGS])
AC_SUBST([SAN_LDFLAGS])
AC_SUBST([FUZZ_ENGINE])
AM_CONDITIONAL([FUZZING], [test "x$enable_fuzzing" = xyes])
])

dnl HPN_HARDEN
dnl Set HARDEN_CPPFLAGS, HARDEN_CFLAGS and HARDEN_LDFLAGS; they stay empty in an
dnl instrumented build, for fortify hides from ASan what it should see.
dnl Fortify needs an optimising compiler, and warns without one.
AC_DEFUN([HPN_HARDEN], [
AS_VAR_IF([hpn_instrumented], [no], [
	AC_MSG_CHECKING([whether CFLAGS optimise])
	AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[
#ifndef __OPTIMIZE__
#error no
#endif
]], [])], [AC_MSG_RESULT([yes])
		HARDEN_CPPFLAGS="-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2"],
		[AC_MSG_RESULT([no])])
	m4_foreach_w([hpn_flag], [-fstack-protector-strong -fstack-clash-protection
		-fcf-protection -fPIE], [HPN_CC_FLAG([HARDEN_CFLAGS], hpn_flag)])
	m4_foreach([hpn_flag], [[-pie], [-Wl,-z,relro], [-Wl,-z,now]],
		[HPN_LD_FLAG([HARDEN_LDFLAGS], m4_quote(hpn_flag))])
])
AC_SUBST([HARDEN_CPPFLAGS])
AC_SUBST([HARDEN_CFLAGS])
AC_SUBST([HARDEN_LDFLAGS])
])
