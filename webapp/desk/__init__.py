"""The staff's desk: photographs looked through and judged, taken and brought in by the hundred, compared, voted on."""
