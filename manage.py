#!/usr/bin/env python
import os
import sys

from pilotzone.starting import faults_in_a_sentence

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pilotzone.settings")
    from django.core.management import execute_from_command_line

    with faults_in_a_sentence():
        execute_from_command_line(sys.argv)
