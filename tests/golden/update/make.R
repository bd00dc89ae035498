# Makes input.csv, expected.json and session.txt. Run in this folder: Rscript make.R
# Needs jsonlite. The patients are invented; the old model is that of `old` below.
suppressMessages(library(jsonlite))

set.seed(17)
old <- c(-0.3, 0.8, -0.5, 0.04)
truth <- list(same = old, shifted = old + c(0.9, 0, 0, 0), flat = old * c(1, .3, .3, .3),
              other = c(-0.3, -0.6, -0.9, 0.04))
n <- c(same = 60, shifted = 120, flat = 250, other = 120)
input <- do.call(rbind, lapply(names(truth), function(name) {
  x <- cbind(x1 = rnorm(n[[name]]), x2 = rbinom(n[[name]], 1, 0.4), x3 = rnorm(n[[name]], 0, 12))
  x <- round(x, 6)
  p <- plogis(truth[[name]][1] + x %*% truth[[name]][-1])
  data.frame(cohort = name, x, y = rbinom(n[[name]], 1, p))
}))
write.csv(input, "input.csv", row.names = FALSE, quote = FALSE)
input <- read.csv("input.csv")

# Vergouwe 2017: the full model against the old one, another intercept, intercept and slope
closed <- function(p) c("keep", "intercept", "slope", "refit")[which(c(p >= 0.05, TRUE))[1]]

one <- function(d) {
  z <- old[1] + as.matrix(d[, c("x1", "x2", "x3")]) %*% old[-1]
  d$z <- as.numeric(z)
  ctl <- glm.control(epsilon = 1e-14, maxit = 100)
  full <- glm(y ~ x1 + x2 + x3, binomial, d, control = ctl)
  large <- glm(y ~ 1 + offset(z), binomial, d, control = ctl)
  both <- glm(y ~ z, binomial, d, control = ctl)
  keep <- glm(y ~ 0 + offset(z), binomial, d, control = ctl)
  # the score of the full model at each of the simpler ones: what anova(..., test = "Rao") computes
  rao <- sapply(list(keep, large, both), function(m) {
    X <- model.matrix(full)
    p <- fitted(m)
    s <- crossprod(X, d$y - p)
    as.numeric(t(s) %*% solve(crossprod(X, X * (p * (1 - p))), s))
  })
  # with an offset the intercept is nested in a formula, and anova can be asked itself
  asked <- anova(large, update(large, . ~ . + x1 + x2 + x3), test = "Rao")$Rao[2]
  nested <- anova(both, update(both, . ~ . + x1 + x2), test = "Rao")$Rao[2]
  stopifnot(abs(asked - rao[2]) < 1e-5, abs(nested - rao[3]) < 1e-5)
  lr <- sapply(list(keep, large, both), deviance) - deviance(full)
  df <- 4:2
  list(in_the_large = unname(coef(large)), intercept = unname(coef(both)[1]),
       slope = unname(coef(both)[2]), score = rao, ratio = lr,
       p_score = pchisq(rao, df, lower.tail = FALSE), p_ratio = pchisq(lr, df, lower.tail = FALSE),
       by_score = closed(pchisq(rao, df, lower.tail = FALSE)),
       by_ratio = closed(pchisq(lr, df, lower.tail = FALSE)))
}
found <- lapply(split(input, factor(input$cohort, names(truth))), one)
write(toJSON(list(old = old, cohorts = found), auto_unbox = TRUE, digits = NA, pretty = TRUE), "expected.json")
writeLines(c(R.version.string, paste("jsonlite", packageVersion("jsonlite"))), "session.txt")
