# Files of SPSS and Stata written by R's haven, and the cells that haven reads from them again:
#   Rscript make.R
# Writes patients.sav, patients.zsav, patients.dta, cells.csv (of .sav and .zsav), cells_stata.csv and
# session.txt.
library(haven)

n <- 24
patients <- data.frame(
  id = sprintf("P%02d", 1:n),
  age = c(34.5, 51, NA, 0.1, 1 / 3, 1e6, rep(c(40.25, 66), length.out = n - 6)),
  seen = as.Date("2020-02-27") + 0:(n - 1),
  at = as.POSIXct("2021-07-31 10:30:00", tz = "UTC") + 3600 * (0:(n - 1)),
  note = c("M\u00fcller \u2013 left", "", "x", rep("none", n - 3))
)
patients$sex <- labelled(rep(c(1, 2), length.out = n), c(male = 1, female = 2), label = "Sex")
patients$nrs <- labelled(rep(0:10, length.out = n) + 0, c(`no pain` = 0, worst = 10), label = "Pain now")

spss <- patients
spss$visits <- labelled_spss(
  c(1, 2, 97, 99, NA, rep(3, n - 5)), c(refused = 97, `not asked` = 99), na_range = c(97, 99),
  label = "Visits so far"
)
spss$why <- labelled_spss(c("a", "NR", "b", rep("a", n - 3)), c(accident = "a", unknown = "NR"), na_values = "NR")
write_sav(spss, "patients.sav")
write_sav(spss, "patients.zsav", compress = "zsav")

stata <- patients
stata$visits <- labelled(c(1, 2, tagged_na("a", "z"), NA, rep(3, n - 5)), c(refused = tagged_na("a")))
write_dta(stata, "patients.dta")

# haven's own reading, user-missing values as NA, labels in the place of codes where all have one
cells <- function(read) {
  read$sex <- as_factor(read$sex)
  text <- function(x) {
    if (inherits(x, "Date")) return(format(x))
    if (inherits(x, "POSIXct")) return(format(x, "%Y-%m-%d %H:%M:%S", tz = "UTC"))
    if (is.factor(x)) return(as.character(x))
    x <- zap_labels(x)
    if (is.numeric(x)) ifelse(is.na(x), NA, sprintf("%.17g", x)) else ifelse(x == "", NA, x)
  }
  as.data.frame(lapply(read, text))
}
write.csv(cells(read_sav("patients.sav")), "cells.csv", row.names = FALSE, na = "", fileEncoding = "UTF-8")
stopifnot(identical(cells(read_sav("patients.sav")), cells(read_sav("patients.zsav"))))
write.csv(cells(read_dta("patients.dta")), "cells_stata.csv", row.names = FALSE, na = "", fileEncoding = "UTF-8")
writeLines(capture.output(sessionInfo()), "session.txt")
