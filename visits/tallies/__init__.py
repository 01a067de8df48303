"""Figures that are kept up: `counting` adds visits and doors up, `keeping` stores it, `reading` reads it exactly."""
