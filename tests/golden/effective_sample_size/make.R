# Makes input.csv, expected.json and session.txt. Run in this folder: Rscript make.R
# Needs jsonlite. The patients are invented: 300 to learn from, of whom the first 100 make a model of
# their own, and 25 new ones, at the quantiles that are given here.
library(jsonlite)

set.seed(11)
n <- 300
age <- round(rnorm(n, 55, 12), 1)
pain <- round(pmin(10, pmax(0, rnorm(n, 6, 2))))
sign <- rbinom(n, 1, 0.4)
event <- rbinom(n, 1, plogis(-0.4 + 0.04 * (age - 55) + 0.25 * (pain - 6) - 0.8 * sign))
d <- data.frame(event, age, pain, sign)
write.csv(d, "input.csv", row.names = FALSE, quote = FALSE)
new <- expand.grid(age = c(35, 45, 55, 65, 75), pain = c(3, 5, 6, 7, 9))
new$sign <- rep(c(0, 1), length.out = nrow(new))

of <- function(d) {
  fit <- glm(event ~ age + pain + sign, binomial, d)
  said <- predict(fit, new, type = "response", se.fit = TRUE)
  p <- unname(said$fit)
  list(probability = p, effective_sample_size = unname(p * (1 - p) / said$se.fit^2))
}
constant <- predict(glm(event ~ 1, binomial, d), new[1, ], type = "response", se.fit = TRUE)
p <- unname(constant$fit)
write_json(list(
  new = new, n_100 = of(d[1:100, ]), n_300 = of(d),
  prevalence = list(probability = p, effective_sample_size = unname(p * (1 - p) / constant$se.fit^2))
), "expected.json", digits = NA, auto_unbox = TRUE, pretty = TRUE)
writeLines(c(R.version.string, paste("jsonlite", packageVersion("jsonlite"))), "session.txt")
