"""Days that a person may mean: far ones are slips of the keyboard, and sums with them leave the calendar."""

from datetime import date

from django.core.validators import MaxValueValidator, MinValueValidator

# For every day that is typed as the beginning or the end of something.
IN_REACH = (MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2099, 12, 31)))
