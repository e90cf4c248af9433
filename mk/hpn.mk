# SPDX-License-Identifier: GPL-3.0-or-later
#
# hpn.mk - the images of a project as targets of its Makefile; needs GNU make
#
#	IMAGES_LIST = images.txt
#	include /usr/local/share/hpn/hpn.mk
#
#	images-pull	pull what the list names
#	images-save	pull, and save to $(IMAGES_DIR)/images
#	images-load	load what lies in $(IMAGES_DIR)/images
#	images-push	push, after pull or load, to $(IMAGES_REGISTRY)
#	images-clean	forget what was done; archives and images stay
#
# What is done is not done again until the list changes (for load: the directory),
# or the command does. Set variables above the include.

HPN ?= hpn
# Flags for each run, such as -j 8 --runtime podman
HPN_FLAGS ?=
# One file; spaces in its name need no care
IMAGES_LIST ?= images.txt
# The directory with images/ in it. When it is not this one, hpn is run there, so
# name HPN and a configuration (-c) by absolute paths.
IMAGES_DIR ?= .
# The target of push; empty: as configured
IMAGES_REGISTRY ?=
IMAGES_PROJECT ?=
# What has to be done before a push: pull, load across an air gap, or nothing
IMAGES_PUSH_AFTER ?= pull
# A directory for the stamps, which hold the command that was run
IMAGES_STAMPS ?= .hpn

# The first target of whoever includes this stays the default.
hpn.goal := $(.DEFAULT_GOAL)
hpn.none :=
hpn.blank := $(hpn.none) $(hpn.none)

# A path as make wants it among targets; a word as a shell wants it
hpn.path = $(subst $(hpn.blank),\ ,$(1))
hpn.word = '$(subst ','\'',$(1))'
hpn.stamp = $(call hpn.path,$(IMAGES_STAMPS)/$(1))

hpn.elsewhere = $(filter-out .,$(IMAGES_DIR))
hpn.plus = $(if $(and $(hpn.elsewhere),$(findstring n,$(firstword -$(MAKEFLAGS)))),,+)
hpn.cd = $(if $(hpn.elsewhere),cd $(call hpn.word,$(IMAGES_DIR)) && )
hpn.up = $(if $(filter /%,$(firstword $(IMAGES_LIST))),,$(if $(hpn.elsewhere),$(CURDIR)/))
hpn.list = -f $(call hpn.word,$(IMAGES_LIST))
hpn.list_there = -f $(call hpn.word,$(hpn.up)$(IMAGES_LIST))
hpn.target = $(if $(IMAGES_REGISTRY),-r $(call hpn.word,$(IMAGES_REGISTRY))) \
	$(if $(IMAGES_PROJECT),-p $(call hpn.word,$(IMAGES_PROJECT)))

hpn.pull = $(strip $(HPN) -a pull $(hpn.list) $(HPN_FLAGS))
hpn.save = $(strip $(hpn.cd)$(HPN) -a save --save-mode 2 $(hpn.list_there) $(HPN_FLAGS))
hpn.load = $(strip $(hpn.cd)$(HPN) -a load --load-mode 2 $(HPN_FLAGS))
hpn.push = $(strip $(HPN) -a push $(hpn.list) $(hpn.target) $(HPN_FLAGS))

# Not done yet, when the stamp holds another command
hpn.done = $(strip $(shell cat $(call hpn.word,$(IMAGES_STAMPS)/$(1)) 2>/dev/null))
hpn.if_other = $(if $(subst |$(hpn.$(1))|,,|$(call hpn.done,$(1))|),hpn.again)

# A run that fails leaves no stamp. Its own line in each rule begins with a +, so
# that hpn shares the jobs of make -jN; in here make would see it on every line.
# Not where it has to cd into a directory, which under make -n need not be there.
define hpn.begin
	@mkdir -p $(call hpn.word,$(IMAGES_STAMPS))
	@rm -f $(call hpn.word,$(IMAGES_STAMPS)/$(1))
endef

define hpn.end
	@printf '%s\n' $(call hpn.word,$(hpn.$(1))) >$(call hpn.word,$(IMAGES_STAMPS)/$(1))
endef

.PHONY: images-pull images-save images-load images-push images-clean hpn.again

images-pull: $(call hpn.stamp,pull)
images-save: $(call hpn.stamp,save)
images-load: $(call hpn.stamp,load)
images-push: $(call hpn.stamp,push)

$(call hpn.stamp,pull): $(call hpn.path,$(IMAGES_LIST)) $(call hpn.if_other,pull)
	$(call hpn.begin,pull)
	+$(hpn.pull)
	$(call hpn.end,pull)

$(call hpn.stamp,save): $(call hpn.path,$(IMAGES_LIST)) $(call hpn.stamp,pull) \
		$(call hpn.if_other,save) \
		$(if $(wildcard $(call hpn.path,$(IMAGES_DIR)/images)),,hpn.again)
	$(if $(hpn.elsewhere),@mkdir -p $(call hpn.word,$(IMAGES_DIR)))
	$(call hpn.begin,save)
	$(hpn.plus)$(hpn.save)
	$(call hpn.end,save)

$(call hpn.stamp,load): $(call hpn.path,$(IMAGES_DIR)/images) $(call hpn.if_other,load)
	$(call hpn.begin,load)
	$(hpn.plus)$(hpn.load)
	$(call hpn.end,load)

$(call hpn.stamp,push): $(call hpn.path,$(IMAGES_LIST)) $(call hpn.if_other,push) \
		$(if $(IMAGES_PUSH_AFTER),$(call hpn.stamp,$(IMAGES_PUSH_AFTER)))
	$(call hpn.begin,push)
	+$(hpn.push)
	$(call hpn.end,push)

# Its time is that of the last archive that came or went; hpn says what to do
# when it is missing.
$(call hpn.path,$(IMAGES_DIR)/images): ;

images-clean:
	rm -f $(foreach v,pull save load push,$(call hpn.word,$(IMAGES_STAMPS)/$(v)))
	-@rmdir $(call hpn.word,$(IMAGES_STAMPS)) 2>/dev/null || :

.DEFAULT_GOAL := $(hpn.goal)
