# Makes input.csv, expected.json and session.txt. Run in this folder: Rscript make.R
# Needs jsonlite. The patients are invented. Samples are counts of patients; a gap is taken as the
# mean of the sample.
suppressMessages(library(jsonlite))

set.seed(16)
n <- 400
centre <- rep(1:4, c(150, 20, 130, 100))  # the parts of the table
age <- round(rnorm(n, 55, 12), 1)
age[runif(n) < 0.15] <- NA
dose <- round(exp(rnorm(n, 3, 0.8)), 1)
dose[centre == 2] <- 20                    # constant in one part
limb <- sample(c("arm", "leg", "both"), n, TRUE)
limb[centre != 3 & limb == "both"] <- "leg"  # a level in one part only
score <- round(rnorm(n, 20, 4))
score[centre == 4 & runif(n) < 0.4] <- NA  # gaps in one part only
linear <- -1 + 0.04 * (ifelse(is.na(age), 55, age) - 55) + 0.02 * dose - 0.7 * (limb == "leg")
event <- rbinom(n, 1, plogis(linear))
counts <- cbind(1, rpois(n, 1), rpois(n, 1), ifelse(centre == 1, 0, rpois(n, 1)))
colnames(counts) <- paste0("sample_", 1:4)
d <- data.frame(part = centre, event, age, dose, leg = +(limb == "leg"), both = +(limb == "both"),
                score)
write.csv(cbind(d, counts), "input.csv", row.names = FALSE, quote = FALSE, na = "")

names <- c("age", "dose", "leg", "both", "score")
fits <- lapply(seq_len(ncol(counts)), function(b) {
  w <- counts[, b]
  x <- sapply(names, function(name) {
    column <- d[[name]]
    ifelse(is.na(column), weighted.mean(column, w * !is.na(column), na.rm = TRUE), column)
  })
  suppressWarnings(glm.fit(cbind(1, x), event, weights = w, family = binomial(),
                           control = glm.control(epsilon = 1e-14, maxit = 100)))
})
expected <- list(coefficient = t(sapply(fits, function(g) unname(coef(g)))),
                 deviance = sapply(fits, deviance))
write_json(expected, "expected.json", digits = NA, auto_unbox = TRUE, pretty = TRUE)
writeLines(c(R.version.string, paste("jsonlite", packageVersion("jsonlite"))), "session.txt")
