# Makes input.csv, expected.json and session.txt. Run in this folder: Rscript make.R
# Needs brglm2 and jsonlite. The patients are invented.
suppressMessages({library(brglm2); library(jsonlite)})

set.seed(11)
n <- 48
age <- round(rnorm(n, 50, 13), 1)
pain <- round(pmin(10, pmax(0, rnorm(n, 6.5, 1.6))), 1)
female <- rbinom(n, 1, 0.7)
event <- rbinom(n, 1, plogis(-3 + 0.02 * age + 0.35 * pain - 0.8 * female))
# Everybody with the sign has the event: it separates.
sign <- rep(0, n)
sign[sample(which(event == 1), 6)] <- 1
# How often a patient is in a resample; one has no patient without the event below 55 years.
first <- tabulate(sample(n, replace = TRUE), n)
second <- tabulate(sample(which(event == 1 | age >= 55), n, replace = TRUE), n)
d <- data.frame(event, age, pain, female, sign, first, second)
write.csv(d, "input.csv", row.names = FALSE, quote = FALSE)

# The intercept alone, by maximum likelihood, with the rest of the linear predictor as offset.
flic <- function(fit, s) {
  rest <- drop(model.matrix(fit) %*% coef(fit)) - coef(fit)[1]
  unname(coef(glm(s$event ~ 1, offset = rest, family = binomial,
                  control = glm.control(epsilon = 1e-14, maxit = 100))))
}
firth <- function(formula, weights) {
  s <- d[rep(seq_len(n), weights), ]
  fit <- glm(formula, binomial, s, method = "brglmFit", type = "AS_mean",
             epsilon = 1e-12, maxit = 1000)
  stopifnot(fit$converged)
  corrected <- replace(coef(fit), 1, flic(fit, s))
  x <- model.matrix(formula, d)
  list(coefficient = unname(coef(fit)), intercept = flic(fit, s),
       probability = unname(plogis(drop(x %*% coef(fit)))),
       probability_corrected = unname(plogis(drop(x %*% corrected))))
}
overlapping <- event ~ age + pain + female
separated <- event ~ age + pain + female + sign
everybody <- rep(1, n)
# Maximum likelihood has no finite estimate in what is called separated.
stopifnot(abs(suppressWarnings(coef(glm(separated, binomial, d)))["sign"]) > 10)
write_json(list(
  overlapping = firth(overlapping, everybody),
  separated = firth(separated, everybody),
  resample = firth(overlapping, first),
  separated_resample = firth(separated, second)
), "expected.json", digits = NA, auto_unbox = TRUE, pretty = TRUE)
packages <- c("brglm2", "jsonlite")
versions <- sapply(packages, function(p) as.character(packageVersion(p)))
writeLines(c(R.version.string, paste(packages, versions)), "session.txt")
