# Makes input.csv, knots.csv, expected.json and session.txt. Run in this folder: Rscript make.R
# Needs rms (with Hmisc) and jsonlite. The patients are invented.
suppressMessages({library(rms); library(jsonlite)})

# Columns with what decides where knots go: few and many patients, values at a tenth, spikes at one
# end or both, few different values, and one whose quantiles coincide.
set.seed(3)
columns <- list(
  few = round(rnorm(30), 3), exactly_100 = round(rnorm(100), 3), below_100 = round(rnorm(99), 2),
  many = round(rexp(400), 3), six = c(1.5, 2, 3, 4.5, 6, 9),
  score = sample(0:10, 80, TRUE), score_large = sample(0:10, 300, TRUE),
  low_spike = c(rep(0, 40), round(rexp(150), 4)), high_spike = c(rep(9, 12), round(runif(60), 4)),
  both_spikes = c(rep(-1, 20), round(runif(150), 4), rep(9, 20)),
  both_small = c(rep(-1, 5), round(runif(50), 4), rep(9, 5)),
  inner_spike = c(rep(0, 60), round(rnorm(150), 3)),
  mostly_one = c(rep(0, 180), 1:20), mostly_lowest = c(rep(0, 170), round(runif(30), 3)),
  five_values = rep(1:5, 12), four_values = rep(1:4, 10), two_values = rep(0:1, 20),
  too_few = c(1, 2, 3, 4, 5)
)
write.csv(data.frame(column = rep(names(columns), lengths(columns)), value = unlist(columns)),
          "knots.csv", row.names = FALSE, quote = FALSE)
knots <- lapply(columns, function(x) lapply(setNames(3:7, 3:7), function(k) {
  found <- NULL
  # R prints a table and stops where there are fewer than three knots
  capture.output(found <- tryCatch(suppressWarnings(rcspline.eval(x, nk = k, knots.only = TRUE)),
                                   error = function(e) numeric(0)))
  as.numeric(found)
}))

n <- 250
x1 <- round(rnorm(n, 55, 12), 1)
x2 <- round(rexp(n), 3)
x3 <- rbinom(n, 1, 0.4)
y <- rbinom(n, 1, plogis(1 - 0.006 * (x1 - 55)^2 + 0.8 * x2 - 0.5 * x3))
d <- data.frame(y, x1, x2, x3)
write.csv(d, "input.csv", row.names = FALSE, quote = FALSE)

at <- round(seq(min(x1) - 20, max(x1) + 20, length.out = 60), 2)
basis <- lapply(setNames(3:7, 3:7), function(k) {
  t <- rcspline.eval(x1, nk = k, knots.only = TRUE)
  unname(unclass(rcspline.eval(at, knots = t, inclx = TRUE))[, , drop = FALSE])
})
lrm_of <- function(formula) lrm(formula, d, x = TRUE, y = TRUE, eps = 1e-12, maxit = 100, tol = 1e-16)
one <- lrm_of(y ~ rcs(x1, 4) + x2)
two <- lrm_of(y ~ rcs(x1, 5) + rcs(x2, 3) + x3)
fitted_of <- function(f) list(coefficient = unname(coef(f)),
                              probability = unname(predict(f, type = "fitted")))
write_json(list(knots = knots, at = at, basis = basis, one = fitted_of(one), two = fitted_of(two)),
           "expected.json", digits = NA, auto_unbox = FALSE, pretty = TRUE, matrix = "rowmajor")
packages <- c("rms", "Hmisc", "jsonlite")
versions <- sapply(packages, function(p) as.character(packageVersion(p)))
writeLines(c(R.version.string, paste(packages, versions)), "session.txt")
